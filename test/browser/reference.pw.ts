import { expect, test, type Page } from '@playwright/test';
import { apiUrl, newUser, recharge, tokenOf } from './ledger-client.js';

/** Collects what the Content-Security-Policy blocked, and errors of the page itself. */
function collectErrors(page: Page): readonly string[] {
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  page.on('request', (request) => {
    if (!/^(data:|blob:)/.test(request.url()) && !request.url().startsWith(apiUrl())) {
      errors.push(`a request to a foreign host: ${request.url()}`);
    }
  });
  return errors;
}

async function countOperations(): Promise<number> {
  const response = await fetch(`${apiUrl()}/openapi.json`);
  const { paths } = (await response.json()) as { readonly paths: Record<string, object> };
  return Object.values(paths).flatMap((path) => Object.keys(path)).length;
}

const operation = (page: Page, summary: string) =>
  page.locator('.opblock', { hasText: summary }).first();

test.describe('the API reference', () => {
  test('opens under the Content-Security-Policy and lists every operation by its subject', async ({
    page,
  }) => {
    const errors = collectErrors(page);
    const response = await page.goto(`${apiUrl()}/docs`);
    expect(response?.headers()['content-security-policy']).not.toContain('unsafe');
    for (const tag of ['Commands', 'Statement', 'Audit', 'Settings', 'Operations']) {
      await expect(page.locator(`#operations-tag-${tag}`)).toBeVisible();
    }
    await expect(page.locator('.opblock')).toHaveCount(await countOperations());
    expect(errors).toEqual([]);
  });

  test('shows the schema of a body with its bounds, and an example', async ({ page }) => {
    await page.goto(`${apiUrl()}/docs`);
    const consume = operation(page, 'Consume points');
    await consume.locator('.opblock-summary').click();
    await expect(consume.locator('textarea')).toHaveValue(/"source_type": "video"/);
    const schemas = page.locator('section.models');
    await schemas.getByText('ConsumePoints', { exact: true }).first().click();
    await expect(schemas.getByText('settle_within').first()).toBeVisible();
  });

  test('sends a request with a token, and shows its answer', async ({ page }) => {
    const errors = collectErrors(page);
    const user = newUser();
    await recharge(user, 42);
    await page.goto(`${apiUrl()}/docs`);
    await page.getByRole('button', { name: 'Authorize' }).first().click();
    await page.locator('.auth-container input').fill(await tokenOf('an-auditor', 'auditor'));
    await page.locator('.auth-btn-wrapper .authorize').click();
    await page.locator('.btn-done').click();
    const balance = operation(page, 'The balance as recorded');
    await balance.locator('.opblock-summary').click();
    await balance.locator('tr[data-param-name="user_id"] input').fill(user);
    await balance.getByRole('button', { name: 'Execute' }).click();
    await expect(balance.locator('.live-responses-table')).toContainText('200');
    await expect(balance.locator('.live-responses-table')).toContainText('"balance": ');
    expect(errors).toEqual([]);
  });
});
