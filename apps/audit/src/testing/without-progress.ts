const PROGRESS = /^[\d,]+(?: of [\d,]+)? [a-z ]+, [\d,]+\/s(?:, [\d,]+ s left)?\n/gm;

/** What a command printed on stderr, but for its progress, which it prints on a busy machine only. */
export const withoutProgress = (stderr: string): string => stderr.replaceAll(PROGRESS, '');
