// What the browser keeps for us. One that keeps nothing (a private window, a full disk) is no fault.

/** A preference of the reader, on this machine. */
export const readPreference = (name: string): string | null =>
  orNull(() => localStorage.getItem(name));
export const savePreference = (name: string, value: string): void =>
  void orNull(() => localStorage.setItem(name, value));

/** What ends with the tab. */
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
