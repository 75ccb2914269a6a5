import type { RechargeStory } from '#contracts';
import { useMessages } from '../i18n/language.js';
import { Figure } from './figure.js';

/** How much of a recharge was undone. */
export function RechargeFigures({ recharge }: { readonly recharge: RechargeStory }) {
  const { story } = useMessages();
  const { points, reversed, reinstated } = recharge;
  return (
    <section className="cost" aria-label={story.recharge}>
      <dl className="cost-figures">
        <Figure label={story.recharged} points={points} name="recharged" />
        <Figure label={story.reversed} points={reversed} name="reversed" />
        {reinstated > 0 && (
          <Figure label={story.reinstated} points={reinstated} name="reinstated" />
        )}
      </dl>
    </section>
  );
}
