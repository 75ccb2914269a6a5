export const PYTHON_VARIABLE: string;

export function findPython(env?: NodeJS.ProcessEnv): string | undefined;

export type OpenedPython =
  | { readonly python: string; readonly missing?: undefined }
  | { readonly python?: undefined; readonly missing: string };

/** The options for the client for Python. */
export const CLIENT_PYTHON: { readonly cacheDir: string; readonly requirements: string };

export function openPython(options?: {
  readonly cacheDir?: string;
  /** The file that names the packages. */
  readonly requirements?: string;
  readonly env?: NodeJS.ProcessEnv;
}): OpenedPython;
