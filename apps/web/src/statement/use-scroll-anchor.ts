import { useEffect, useLayoutEffect, useRef } from 'react';

interface Anchor {
  readonly row: string;
  readonly top: number;
}

/** Keeps the visible row in place when rows are added above it, in browsers without scroll anchoring. */
export function useScrollAnchor(rows: unknown): void {
  const anchor = useRef<Anchor | null>(null);
  useEffect(() => {
    if (hasScrollAnchoring()) return;
    const remember = (): void => void (anchor.current = currentAnchor());
    remember();
    window.addEventListener('scroll', remember, { passive: true });
    return () => window.removeEventListener('scroll', remember);
  }, []);
  useLayoutEffect(() => {
    const { current } = anchor;
    if (current === null) return;
    const row = document.querySelector(`[data-row="${current.row}"]`);
    if (row !== null) window.scrollBy(0, row.getBoundingClientRect().top - current.top);
  }, [rows]);
}

const hasScrollAnchoring = (): boolean => CSS.supports('overflow-anchor', 'auto');

/** The first visible row, unless it is the first of all. */
function currentAnchor(): Anchor | null {
  const rows = [...document.querySelectorAll<HTMLElement>('[data-row]')];
  const at = rows.findIndex((row) => row.getBoundingClientRect().bottom > 0);
  const row = rows[at]?.dataset['row'];
  return at < 1 || row === undefined
    ? null
    : { row, top: rows[at]?.getBoundingClientRect().top ?? 0 };
}
