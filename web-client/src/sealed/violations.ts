// What the Content Security Policy refused, in the page and in its workers; the browser tests hold the list empty.

declare global {
  var __violations: string[] | undefined;
}

const list = (globalThis.__violations ??= []);

export const recordViolation = (directive: string, blocked: string): void => {
  list.push(`${directive} ${blocked}`);
};

document.addEventListener('securitypolicyviolation', (event) => {
  recordViolation(event.effectiveDirective, event.blockedURI);
});
