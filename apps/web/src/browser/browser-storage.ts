// A browser without storage (a private window, a full disk) is not an error: nothing is kept then.

/** Preferences are kept in this browser. */
export const readPreference = (name: string): string | null =>
  orNull(() => localStorage.getItem(name));
export const savePreference = (name: string, value: string): void =>
  void orNull(() => localStorage.setItem(name, value));

/** Values of a tab are deleted when it is closed. */
export const readFromTab = (name: string): string | null =>
  orNull(() => sessionStorage.getItem(name));
export const saveInTab = (name: string, value: string): void =>
  void orNull(() => sessionStorage.setItem(name, value));
export const removeFromTab = (name: string): void =>
  void orNull(() => sessionStorage.removeItem(name));

function orNull<T>(access: () => T): T | null {
  try {
    return access();
  } catch {
    return null;
  }
}
