/** The versions whose behaviour the double knows, each as its last release behaves. */
export type ServerVersion = '23.10' | '24.10';

/** The release that the server reports. */
export const RELEASES: Readonly<Record<ServerVersion, string>> = {
  '23.10': '23.10.4',
  '24.10': '24.10.4',
};
