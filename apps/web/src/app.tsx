import { useMemo } from 'react';
import { ApiClient } from './api/api-client.js';
import { LedgerApi } from './api/ledger-api.js';
import { SettingsApi } from './api/settings-api.js';
import { AuditPage } from './audit/audit-page.js';
import { BusinessesProvider } from './businesses/businesses-context.js';
import { ErrorBoundary } from './components/error-boundary.js';
import { Header } from './components/header.js';
import { VIEWS, type Route } from './routing/route.js';
import { useRoute, type Navigate } from './routing/use-route.js';
import { SignInPage, NoAccountPage, ChooseAccountPage } from './session/sign-in-page.js';
import { mayAudit, mayPublish, mayReadAnyUser, ownUser, type Session } from './session/token.js';
import { LazySettingsPage } from './settings/lazy-settings-page.js';
import { useSession } from './session/use-session.js';
import { UserForm } from './session/user-form.js';
import { UsagePage } from './usage/usage-page.js';
import { LanguageProvider, useDocumentTitle, useMessages } from './i18n/language.js';

export function App() {
  return (
    <LanguageProvider>
      <ErrorBoundary>
        <Routes />
      </ErrorBoundary>
    </LanguageProvider>
  );
}

function Routes() {
  const [route, navigate] = useRoute();
  const { session, isExpired, signIn, markExpired, signOut } = useSession(navigate);
  if (session === null || isExpired) {
    return (
      <>
        <Header route={route} navigate={navigate} views={[]} signOut={null} />
        <SignInPage reason={isExpired ? 'expired' : 'welcome'} signIn={signIn} />
      </>
    );
  }
  return (
    <AccountPages
      route={route}
      navigate={navigate}
      session={session}
      markExpired={markExpired}
      signOut={signOut}
    />
  );
}

interface AccountPagesProps {
  readonly route: Route;
  readonly navigate: Navigate;
  readonly session: Session;
  readonly markExpired: () => void;
  readonly signOut: () => void;
}

function AccountPages({ route, navigate, session, markExpired, signOut }: AccountPagesProps) {
  const messages = useMessages();
  const ownAccount = ownUser(session);
  const user = route.user ?? ownAccount;
  const { token } = session;
  const client = useMemo(() => {
    const fetch: typeof window.fetch = (url, init) => window.fetch(url, init);
    return new ApiClient({ token, fetch, onUnauthorized: markExpired });
  }, [token, markExpired]);
  const settingsApi = useMemo(() => new SettingsApi(client), [client]);
  const api = useMemo(() => (user === null ? null : new LedgerApi(client, user)), [client, user]);
  const mayChoose = mayReadAnyUser(session);
  useDocumentTitle(messages.nav[route.view]);
  const openAccount = (userId: string): void => navigate({ user: userId, row: null });
  const openOwnAccount =
    ownAccount === null || ownAccount === user
      ? undefined
      : () => navigate({ user: null, row: null });
  const views = mayAudit(session) ? VIEWS : VIEWS.filter((view) => view === 'usage');
  const isOfSettings = route.view === 'settings';
  return (
    <BusinessesProvider api={settingsApi}>
      <Header route={route} navigate={navigate} views={views} signOut={signOut}>
        {!isOfSettings && mayChoose && user !== null && (
          <UserForm user={user} openAccount={openAccount} />
        )}
      </Header>
      {isOfSettings ? (
        <LazySettingsPage api={settingsApi} mayPublish={mayPublish(session)} />
      ) : api === null && !mayChoose ? (
        <NoAccountPage signOut={signOut} />
      ) : api === null ? (
        <ChooseAccountPage>
          <UserForm user={null} openAccount={openAccount} />
        </ChooseAccountPage>
      ) : route.view === 'audit' ? (
        <AuditPage
          key={`audit ${api.userId}`}
          api={api}
          settingsApi={settingsApi}
          openOwnAccount={openOwnAccount}
        />
      ) : (
        <UsagePage
          key={`usage ${api.userId}`}
          api={api}
          route={route}
          navigate={navigate}
          openOwnAccount={openOwnAccount}
        />
      )}
    </BusinessesProvider>
  );
}
