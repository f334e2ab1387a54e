// The first link comes with the first publishing and is only numbered; people name the others.

import * as m from '../../messages/generated/messages.js';

export const linkName = (given: string): string => (/^\d+$/u.test(given) ? m.practice_link_numbered({ number: given }) : given);
