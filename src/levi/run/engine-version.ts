/** Rises with every change after which the same run would give other numbers. */
export const ENGINE_VERSION = '3';
