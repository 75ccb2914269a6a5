// What the browser keeps for us. One that keeps nothing (a private window, a full disk) is no fault.

/** A preference of the reader, on this machine. */
export const kept = (name: string): string | null => read(() => localStorage.getItem(name));
export const keep = (name: string, value: string): void =>
  void read(() => localStorage.setItem(name, value));

/** What ends with the tab. */
export const keptInTab = (name: string): string | null => read(() => sessionStorage.getItem(name));
export const keepInTab = (name: string, value: string): void =>
  void read(() => sessionStorage.setItem(name, value));
export const forgetInTab = (name: string): void => void read(() => sessionStorage.removeItem(name));

function read<T>(from: () => T): T | null {
  try {
    return from();
  } catch {
    return null;
  }
}
