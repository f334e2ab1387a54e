import type { File } from '../sealed/contract.ts';

/** Hands a text to the browser as a file to save; nothing goes over the network. */
export const download = ({ name, type, text }: File): void => {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // The browser has taken the blob by the time that the click's task is over.
  setTimeout(() => {
    URL.revokeObjectURL(address);
  }, 10_000);
};
