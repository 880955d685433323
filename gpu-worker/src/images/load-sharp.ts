import type sharpLibrary from 'sharp';

type Sharp = typeof sharpLibrary;

let loading: Promise<Sharp> | undefined;

/** The image library, loaded with the first image: most workers never see one. */
export function loadSharp(): Promise<Sharp> {
  loading ??= import('sharp').then(({ default: sharp }) => {
    // A file is decoded once; the decoder's own cache of operations would only hold memory.
    sharp.cache(false);
    return sharp;
  });
  return loading;
}
