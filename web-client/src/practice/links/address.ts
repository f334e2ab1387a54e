// Links as people get them: this host's origin and a fragment, which no browser ever sends to a host.

export const addressOf = (fragment: string): string => `${location.origin}/#${fragment.replace(/^#/u, '')}`;
