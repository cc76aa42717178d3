/**
 * A photo as large as anybody will see it, and with nothing in it but the picture. What is drawn anew has no place, no camera and no time in it. Knows pixels.
 * Does not know what becomes of the photo. One is in memory at a time, if whoever asks waits.
 */

/** @typedef {{ blob: Blob, width: number, height: number, type: string }} Scaled */
/** @typedef {{ image: CanvasImageSource, width: number, height: number, close: () => void }} Decoded */

const LONGEST_SIDE = 2560; // pixels of the longer side
const JPEG_QUALITY = 0.85;
const THUMB_SIDE = 480;
const PHOTO_NAMES = /\.(jpe?g|png|heic|heif|webp|avif|gif|tiff?)$/i;
const FILM_NAMES = /\.(mp4|mov|m4v|3gp|webm|mkv)$/i;
const SOUND_NAMES = /\.(m4a|aac|mp3|wav|ogg|oga|opus|flac|amr)$/i;

/** @typedef {'photo' | 'film' | 'sound'} MediumKind */

/** What a file says that it is; null for what is none of them. The publisher looks at what it holds. @param {{ type: string, name?: string }} file @returns {MediumKind | null} */
export function kindOfFile({ type, name = '' }) {
  if (type.startsWith('image/') || PHOTO_NAMES.test(name)) return 'photo';
  if (type.startsWith('video/') || FILM_NAMES.test(name)) return 'film';
  return type.startsWith('audio/') || SOUND_NAMES.test(name) ? 'sound' : null;
}

/**
 * The photo upright, at most 2560 pixels long, as a JPEG without metadata; null for one that this browser can't decode (HEIC, but on Apple's) and for what moves.
 * @param {Blob} blob @returns {Promise<Scaled | null>}
 */
export async function scalePhoto(blob) {
  if (blob.type === 'image/gif') return null;
  const decoded = await decodePhoto(blob);
  return decoded && drawPhoto(decoded, LONGEST_SIDE, JPEG_QUALITY);
}

/** The photo as small as it stands in a list; null for one that this browser can't decode. @param {Blob} blob @returns {Promise<Blob | null>} */
export async function thumbOf(blob) {
  const decoded = await decodePhoto(blob);
  return (decoded && (await drawPhoto(decoded, THUMB_SIDE, 0.8)))?.blob ?? null;
}

/** @param {Blob} blob @returns {Promise<Decoded | null>} */
async function decodePhoto(blob) {
  try {
    const image = await createImageBitmap(blob, { imageOrientation: 'from-image' });
    return { image, width: image.width, height: image.height, close: () => image.close() };
  } catch { // an older Safari doesn't know the option, and some formats are shown but make no bitmap
    const image = new Image();
    image.src = URL.createObjectURL(blob);
    const close = () => URL.revokeObjectURL(image.src);
    try {
      await image.decode();
      return { image, width: image.naturalWidth, height: image.naturalHeight, close };
    } catch {
      close();
      return null;
    }
  }
}

/** Null where the device has no memory for it. @param {Decoded} decoded @param {number} longest @param {number} quality @returns {Promise<Scaled | null>} */
async function drawPhoto({ image, width, height, close }, longest, quality) {
  const canvas = document.createElement('canvas');
  try {
    const scale = Math.min(1, longest / Math.max(width, height));
    canvas.width = Math.max(1, Math.round(width * scale));
    canvas.height = Math.max(1, Math.round(height * scale));
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
    context.imageSmoothingQuality = 'high';
    context.fillStyle = '#fff'; // JPEG knows nothing transparent
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    /** @type {Blob | null} */
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, 'image/jpeg', quality));
    return blob && { blob, width: canvas.width, height: canvas.height, type: 'image/jpeg' };
  } catch {
    return null;
  } finally {
    close();
    canvas.width = canvas.height = 0; // some browsers are slow to let go of it
  }
}
