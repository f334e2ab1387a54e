// The languages that a form offers; any other tag that a practice has stays in its list.

export const OFFERED = ['fr', 'en', 'de', 'es', 'it', 'pt', 'nl', 'ar', 'tr', 'pl', 'ro', 'uk', 'ru', 'zh', 'fa', 'vi'] as const;
