import { useMemo } from 'react';
import { LedgerApi } from './api/ledger-api.js';
import { AuditPage } from './audit/audit-page.js';
import { CrashNet } from './parts/crash-net.js';
import { Header } from './parts/header.js';
import { VIEWS, type Place } from './place/place.js';
import { usePlace, type Go } from './place/use-place.js';
import { Gate, NoAccount, WhichUser } from './session/gate.js';
import { mayAudit, mayReadAnyUser, ownUser, type Session } from './session/token.js';
import { useSession } from './session/use-session.js';
import { UserForm } from './session/user-form.js';
import { UsagePage } from './usage-page.js';
import { Speak, useTitle, useWords } from './words/use-words.js';

export function App() {
  return (
    <Speak>
      <CrashNet>
        <Doors />
      </CrashNet>
    </Speak>
  );
}

function Doors() {
  const [place, go] = usePlace();
  const { session, isExpired, enter, expire, leave } = useSession(go);
  if (session === null || isExpired) {
    return (
      <>
        <Header place={place} go={go} views={[]} leave={null} />
        <Gate reason={isExpired ? 'expired' : 'welcome'} enter={enter} />
      </>
    );
  }
  return <Pages place={place} go={go} session={session} expire={expire} leave={leave} />;
}

interface PagesProps {
  readonly place: Place;
  readonly go: Go;
  readonly session: Session;
  readonly expire: () => void;
  readonly leave: () => void;
}

function Pages({ place, go, session, expire, leave }: PagesProps) {
  const words = useWords();
  const own = ownUser(session);
  const user = place.user ?? own;
  const { token } = session;
  const api = useMemo(
    () =>
      user === null
        ? null
        : new LedgerApi(
            { token, fetch: (url, init) => window.fetch(url, init), expired: expire },
            user,
          ),
    [token, user, expire],
  );
  const mayChoose = mayReadAnyUser(session);
  useTitle(words.nav[place.view]);
  const choose = (chosen: string): void => go({ user: chosen, row: null });
  const goOwn = own === null || own === user ? undefined : () => go({ user: null, row: null });
  const views = mayAudit(session) ? VIEWS : VIEWS.filter((view) => view !== 'audit');
  return (
    <>
      <Header place={place} go={go} views={views} leave={leave}>
        {mayChoose && user !== null && <UserForm user={user} choose={choose} />}
      </Header>
      {api === null && !mayChoose ? (
        <NoAccount leave={leave} />
      ) : api === null ? (
        <WhichUser>
          <UserForm user={null} choose={choose} />
        </WhichUser>
      ) : place.view === 'audit' ? (
        <AuditPage key={`audit ${api.userId}`} api={api} leave={goOwn} />
      ) : (
        <UsagePage key={`usage ${api.userId}`} api={api} place={place} go={go} leave={goOwn} />
      )}
    </>
  );
}
