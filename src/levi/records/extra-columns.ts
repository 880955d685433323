import type { Columns } from '../../contract/levi.ts';

/** Where what a record has beside text, label and fields stands; undefined: in no column. */
export interface ExtraColumns {
  /** Without a name: `image`, where a row has no text. */
  readonly image: string;
  readonly isImageNamed: boolean;
  readonly group: string | undefined;
  readonly weight: string | undefined;
  readonly id: string | undefined;
}

export const resolveExtras = ({ image, group, weight, id }: Columns): ExtraColumns => ({
  image: image ?? 'image',
  isImageNamed: image !== undefined,
  group,
  weight,
  id,
});

/** The columns that a file must have. */
export const namedExtras = ({ image, isImageNamed, group, weight, id }: ExtraColumns): readonly string[] =>
  [isImageNamed ? image : undefined, group, weight, id].filter((name) => name !== undefined);
