/** The versions whose behaviour the double knows, each as its last release behaves. */
export type ServerVersion = '23.10' | '24.10';

/** What the server says it is when it is asked. */
export const RELEASES: Readonly<Record<ServerVersion, string>> = {
  '23.10': '23.10.4',
  '24.10': '24.10.4',
};
