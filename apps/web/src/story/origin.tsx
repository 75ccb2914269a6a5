import type { TransactionStory } from '#contracts';
import { Fact } from '../components/field.js';
import { Instant } from '../components/instant.js';
import { useMessages } from '../i18n/language.js';

/** Where the row comes from: the command that was sent, and the event that was stored of it. */
export function Origin({ story: { command, event } }: { readonly story: TransactionStory }) {
  const { story, audit } = useMessages();
  return (
    <section className="story-part">
      <h3>{story.command}</h3>
      <dl className="facts">
        <Fact label={story.command} isCode>
          {command.type}
        </Fact>
        <Fact label={story.commandSource} isCode>
          {command.source}
        </Fact>
        <Fact label={story.commandId} isCode>
          {command.id}
        </Fact>
        <Fact label={story.received}>
          <Instant at={command.received_at} />
        </Fact>
        <Fact label={story.event} isCode>
          {`${event.type} · ${audit.at(event.revision)}`}
        </Fact>
      </dl>
      <details className="raw">
        <summary>{story.raw}</summary>
        <pre tabIndex={0}>{JSON.stringify(event, null, 2)}</pre>
      </details>
    </section>
  );
}
