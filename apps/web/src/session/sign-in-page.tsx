import type { ReactNode } from 'react';
import { ClockPicture, LockPicture, SearchPicture } from '../components/icons.js';
import { Notice } from '../components/notice.js';
import { useDocumentTitle, useMessages } from '../i18n/language.js';
import { TokenForm } from './token-form.js';

interface SignInPageProps {
  readonly reason: 'welcome' | 'expired';
  readonly signIn: (token: string) => boolean;
}

/** Shown without a session, or when it has expired. */
export function SignInPage({ reason, signIn }: SignInPageProps) {
  const { states, nav } = useMessages();
  useDocumentTitle(nav.usage);
  const isExpired = reason === 'expired';
  return (
    <main className="gate">
      <Notice
        state={isExpired ? 'expired' : 'welcome'}
        picture={isExpired ? <ClockPicture /> : <LockPicture />}
        title={isExpired ? states.expired : states.welcome}
        as="h1"
        isAlert={isExpired}
      >
        <p>{isExpired ? states.expiredWhy : states.welcomeWhy}</p>
      </Notice>
      <TokenForm signIn={signIn} />
    </main>
  );
}

/** Shown for a valid token that gives access to no account. */
export function NoAccountPage({ signOut }: { readonly signOut: () => void }) {
  const { states } = useMessages();
  return (
    <main className="gate">
      <Notice state="forbidden" picture={<LockPicture />} title={states.forbidden} as="h1" isAlert>
        <p>{states.noAccount}</p>
        <button type="button" className="button" onClick={signOut}>
          {states.otherToken}
        </button>
      </Notice>
    </main>
  );
}

export function ChooseAccountPage({ children }: { readonly children: ReactNode }) {
  const { states } = useMessages();
  return (
    <main className="gate">
      <Notice state="pick" picture={<SearchPicture />} title={states.pick} as="h1">
        <p>{states.pickWhy}</p>
      </Notice>
      {children}
    </main>
  );
}
