// The sealed side gives a QR code as an SVG document. A document would have to be parsed as markup, which no page here
// does: what is drawn is taken out of it, strictly, and everything else is refused.

export type Qr = { readonly size: number; readonly path: string };

const SIZE = /\bviewBox="0 0 (\d{1,4}) (\d{1,4})"/u;
const PATHS = /<path\b[^<>]*\bd="([MmLlHhVvZz\d .,-]{1,60000})"[^<>]*\/>/gu;

/** Null for anything but a square document with a path; the last path is what is dark. */
export const readQr = (svg: string): Qr | null => {
  const [, width, height] = SIZE.exec(svg) ?? [];
  const path = [...svg.matchAll(PATHS)].at(-1)?.[1];
  if (width === undefined || width !== height || path === undefined) return null;
  return { size: Number(width), path };
};
