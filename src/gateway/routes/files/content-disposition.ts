/** RFC 6266: a plain name every client reads, and the exact one percent-encoded. A file is never shown inline. */
export function contentDisposition(filename: string): string {
  const plain = filename.replaceAll(/[^\u0020-\u007e]/g, '_').replaceAll(/["\\]/g, '_');
  const exact = encodeURIComponent(filename.toWellFormed()).replaceAll(
    /['()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${exact}`;
}
