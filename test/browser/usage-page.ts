import AxeBuilder from '@axe-core/playwright';
import type { Locator, Page } from '@playwright/test';
import { apiUrl, tokenOf, type Role } from './ledger-client.js';

interface OpenOptions {
  readonly role?: Role;
  readonly path?: string;
  readonly token?: string;
}

/** Opens the page as an app does for its user, with a token after the #. */
export async function open(page: Page, user: string, options: OpenOptions = {}): Promise<void> {
  const { role = 'user', path = '/' } = options;
  const token = options.token ?? (await tokenOf(role === 'user' ? user : `the-${role}`, role));
  await page.goto(`${apiUrl()}${path}#token=${token}&user=${user}`);
}

export const rows = (page: Page): Locator => page.locator('tr[data-row]');

const COLUMNS = ['kind', 'points', 'balance', 'duration', 'description'] as const;

/** The texts of each row, newest first: kind, points, balance, duration, description. */
export async function rowTexts(page: Page): Promise<readonly (readonly string[])[]> {
  const columns = await Promise.all(
    COLUMNS.map((column) => page.locator(`tr[data-row] .cell-${column}`).allInnerTexts()),
  );
  return (columns[0] ?? []).map((_, row) => columns.map((column) => column[row]?.trim() ?? ''));
}

/** The points of each row as a number, newest first. */
export async function amounts(page: Page): Promise<readonly number[]> {
  const texts = await page.locator('tr[data-row] .cell-points').allInnerTexts();
  return texts.map((text) => Number(text.replace(/[^\d]/g, '')));
}

/** The violations that axe finds. It runs after all animations, which affect colours. */
export async function axeViolations(page: Page): Promise<readonly string[]> {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
}

/** The number of pixels by which the page is wider than its window. */
export const horizontalOverflow = (page: Page): Promise<number> =>
  page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
