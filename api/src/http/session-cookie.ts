/** The session's cookie: not for scripts, not for other sites. */
export interface SessionCookie {
  /** the token in a request's header `cookie` */
  read(header: string | undefined): string | undefined;
  /** the header `set-cookie` that gives it, or takes it away */
  write(session: { token: string; expiresAt: Date } | undefined, now: Date): string;
}

const NAME = "bc_session";

/**
 * @param isSecure whether browsers reach the site by TLS: then the cookie never leaves without it, and no subdomain can
 * set it
 */
export function sessionCookie(isSecure: boolean): SessionCookie {
  const name = isSecure ? `__Host-${NAME}` : NAME;
  const rules = `Path=/; HttpOnly; SameSite=Strict${isSecure ? "; Secure" : ""}`;
  return {
    read(header) {
      const pairs = (header ?? "").split(";").map((pair) => pair.trim());
      return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
    },
    write(session, now) {
      const seconds = session ? Math.floor((session.expiresAt.getTime() - now.getTime()) / 1_000) : 0;
      return `${name}=${session?.token ?? ""}; Max-Age=${Math.max(seconds, 0)}; ${rules}`;
    },
  };
}
