import { parseWith, quoteRequest } from '#contracts';
import { callApi, printRefusal, type ApiContext } from './api-client.js';

interface Asked {
  readonly source?: string | undefined;
  readonly quantity?: string | undefined;
  readonly duration?: string | undefined;
  readonly user?: string | undefined;
}

/** The options by the names of the request. What a quote has no use for is reported as unknown. */
const requestOf = ({ source, quantity, duration, user, ...others }: Asked): object => ({
  ...others,
  source_type: source,
  ...(quantity !== undefined && { quantity: Number(quantity) }),
  ...(duration !== undefined && { duration: Number(duration) }),
  ...(user !== undefined && { user_id: user }),
});

/**
 * `npm run points -- quote`: asks the API what a consumption would cost. Returns the exit code: 0 priced,
 * 1 refused, 2 wrong arguments, or the API could not answer.
 */
export async function runQuote(asked: Asked, context: ApiContext): Promise<number> {
  const parsed = parseWith(quoteRequest, requestOf(asked));
  if (!parsed.ok) {
    const faults = parsed.errors.map(({ field, reason }) => `  ${field} ${reason}\n`);
    context.err(`The arguments of a quote are invalid:\n${faults.join('')}`);
    return 2;
  }
  const body = JSON.stringify(parsed.value);
  const answer = await callApi(context, { method: 'POST', path: '/v1/quotes', body });
  if (!answer.ok) return printRefusal(answer, context);
  context.out(`${JSON.stringify(answer.body, null, 2)}\n`);
  return 0;
}
