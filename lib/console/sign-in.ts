import { UserManager, WebStorageStateStore } from 'oidc-client-ts';
import type { SignInSettings } from './api/settings.ts';

/** The place behind the `#`, kept during a sign-in. */
interface Kept {
  readonly hash: string;
}

/**
 * Signs in by the OpenID Connect code flow with PKCE, and returns the token for every call. Tokens are stored for the
 * tab only. https://openid.net/specs/openid-connect-core-1_0.html#CodeFlowAuth
 */
export async function signIn({
  issuer,
  clientId,
  scope,
  resource,
}: SignInSettings): Promise<() => Promise<string | undefined>> {
  const page = `${window.location.origin}${window.location.pathname}`;
  const manager = new UserManager({
    authority: issuer,
    client_id: clientId,
    redirect_uri: page,
    post_logout_redirect_uri: page,
    scope,
    ...(resource === undefined ? {} : { resource }),
    response_type: 'code',
    userStore: new WebStorageStateStore({ store: window.sessionStorage }),
    automaticSilentRenew: true,
  });
  const search = new URLSearchParams(window.location.search);
  if (search.has('code') || search.has('error')) await finish(manager, page);
  const user = await manager.getUser();
  if (user === null || user.expired === true) await leaveToSignIn(manager);
  return async () => {
    const now = await manager.getUser();
    if (now === null || now.expired === true) await leaveToSignIn(manager);
    return now?.access_token;
  };
}

/** Removes the code from the address, so that a reload does not use the code twice. */
async function finish(manager: UserManager, page: string): Promise<void> {
  const user = await manager.signinRedirectCallback();
  const kept = user.state as Kept | undefined;
  window.history.replaceState(null, '', `${page}${kept?.hash ?? ''}`);
}

/** Leaves the page; never resolves. */
async function leaveToSignIn(manager: UserManager): Promise<never> {
  const state: Kept = { hash: window.location.hash };
  await manager.signinRedirect({ state });
  return new Promise<never>(() => undefined);
}
