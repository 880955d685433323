/** Held equal to package.json by a test; an import of the JSON file would put all of it into the Worker bundle. */
export const VERSION = '0.1.0';
