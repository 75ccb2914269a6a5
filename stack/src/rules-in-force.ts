import { RULES_NUMBERS, type RulesNumber } from '#ledger';
import { callApi, describeRefusal, type ApiContext } from './api-client.js';

/** The rules in force now, as the API says. Rejects where it doesn't, or they are unknown to this build. */
export async function rulesInForce(
  context: Pick<ApiContext, 'api' | 'fetch'>,
): Promise<RulesNumber> {
  const { in_force: inForce } = await get<{ in_force: number }>(context, '?limit=1');
  const { rules } = await get<{ rules: number }>(context, `/${inForce}`);
  const known = RULES_NUMBERS.find((number) => number === rules);
  if (known === undefined) throw new Error(`This build does not know rules ${rules}.`);
  return known;
}

async function get<T>(context: Pick<ApiContext, 'api' | 'fetch'>, path: string): Promise<T> {
  const answer = await callApi(context, { method: 'GET', path: `/v1/settings${path}` });
  if (!answer.ok) throw new Error(describeRefusal(answer));
  return answer.body as T;
}
