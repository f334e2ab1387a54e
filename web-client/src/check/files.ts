// Files that were given, judged one after the other. Nothing leaves this page.

import type { Checked, Result } from '../sealed/contract.ts';
import type { LogSealed } from '../sealed/check.ts';

/** More than the longest proof file has. */
export const LONGEST = 2_000_000;

export type Judged = { readonly name: string; readonly checked: Checked };

export const base64url = (bytes: Uint8Array): string => {
  let binary = '';
  for (let start = 0; start < bytes.length; start += 32_768) binary += String.fromCharCode(...bytes.subarray(start, start + 32_768));
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/u, '');
};

const nothing = (code: string): Checked => ({
  shown: 'nothing',
  code,
  fingerprint: null,
  minute: null,
  until: null,
  sequence: null,
  origin: '',
  size: 0,
  index: 0,
  witnesses: [],
});

/** A file as the sealed side judges it; one that cannot be read is told as such. */
export const judge = async (file: File, sealed: LogSealed): Promise<Judged> => {
  const { name } = file;
  if (file.size > LONGEST) return { name, checked: nothing('too_large') };
  let bytes: Uint8Array;
  try {
    bytes = new Uint8Array(await file.arrayBuffer());
  } catch {
    return { name, checked: nothing('unreadable') };
  }
  const checked: Result<Checked> = await sealed.call('check', { file: base64url(bytes) });
  return { name, checked: checked.ok ? checked.value : nothing(checked.failure.code) };
};
