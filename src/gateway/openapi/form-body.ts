interface FormField {
  readonly type: 'string' | 'integer';
  readonly format?: 'binary';
  readonly enum?: string[];
  readonly minimum?: number;
  readonly maximum?: number;
}

/** A form whose file is streamed. Not a zod schema: with one, the framework would read the whole body into a FormData first. */
export const formBody = (properties: Record<string, FormField>, required: string[]) => ({
  required: true,
  content: { 'multipart/form-data': { schema: { type: 'object' as const, required, properties } } },
});
