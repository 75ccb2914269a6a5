import type { TransactionStory } from '#contracts';
import { Field } from '../components/field.js';
import { Instant } from '../components/instant.js';
import { useMessages } from '../i18n/language.js';

/** The command that caused the row, and its stored event. */
export function Origin({ story: { command, event } }: { readonly story: TransactionStory }) {
  const { story, audit } = useMessages();
  return (
    <section className="story-part">
      <h3>{story.command}</h3>
      <dl className="facts">
        <Field label={story.command} isCode>
          {command.type}
        </Field>
        <Field label={story.commandSource} isCode>
          {command.source}
        </Field>
        <Field label={story.commandId} isCode>
          {command.id}
        </Field>
        <Field label={story.received}>
          <Instant at={command.received_at} />
        </Field>
        {Object.entries(command.metadata ?? {}).map(([name, value]) => (
          <Field key={name} label={`${story.metadata} · ${name}`} isCode>
            {value}
          </Field>
        ))}
        <Field label={story.event} isCode>
          {`${event.type} · ${audit.at(event.revision)}`}
        </Field>
      </dl>
      <details className="raw">
        <summary>{story.raw}</summary>
        <pre tabIndex={0}>{JSON.stringify(event, null, 2)}</pre>
      </details>
    </section>
  );
}
