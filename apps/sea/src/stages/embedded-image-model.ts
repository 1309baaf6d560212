/** Name by which the embedded image model is asked for. */
export const embeddedImageModel = 'tiny-llava';
