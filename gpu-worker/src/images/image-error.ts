/** An image that cannot be read. The message completes a sentence that names the image: "…: the image is cut short." */
export class ImageError extends Error {
  override readonly name = 'ImageError';
}
