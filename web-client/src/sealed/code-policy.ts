// Trusted Types: the one policy by which a page may name code to run, and it accepts this page's workers only.

type Policy = { createScriptURL(address: string): unknown };
type Factory = { createPolicy(name: string, rules: Policy): Policy };

/** A function that turns a listed address into what `new Worker` takes. Once a page: the policy's name is used up. */
export const codePolicy = (listed: readonly string[]): ((address: string) => string) => {
  const rules: Policy = {
    createScriptURL(address) {
      if (!listed.includes(address)) throw new TypeError('This page runs no such script.');
      return address;
    },
  };
  const factory = (globalThis as { trustedTypes?: Factory }).trustedTypes;
  const policy = factory === undefined ? rules : factory.createPolicy('souspli-code', rules);
  // The constructor's type knows strings only.
  return (address) => policy.createScriptURL(address) as string;
};
