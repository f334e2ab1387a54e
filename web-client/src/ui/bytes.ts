const encoder = new TextEncoder();

/** Bytes of UTF-8, which is how limits count. */
export const byteLength = (text: string): number => encoder.encode(text).length;
