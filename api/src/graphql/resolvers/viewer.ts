import { Arg, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver } from "type-graphql";
import type { Access } from "../../access/access.ts";
import { createApiKey, endApiKey } from "../../access/api-keys.ts";
import { createNonce, signIn, signOut, type SignInNonce as NonceFact } from "../../access/sign-in.ts";
import { sessionOf, type Scope } from "../../access/who.ts";
import { listApiKeys, type ApiKeyRow } from "../../sources/api-keys.ts";
import type { Context } from "../context.ts";
import { BytesScalar } from "../scalars.ts";
import {
  ApiKey,
  ApiKeyScope,
  CreatedApiKey,
  SessionCarrier,
  SignedIn,
  SignInNonce,
  Viewer,
  ViewerTier,
} from "../types/viewer.ts";

/** A signature takes a millisecond to check, a contract's a question to a node: trying is dear. */
const SIGN_IN_POINTS = 100;
const WRITE_POINTS = 20;

/** Who asks. */
@Resolver(() => Viewer)
export class ViewerResolver {
  @Query(() => Viewer, { nullable: true, description: "Who asks; null for a stranger." })
  viewer(@Ctx() { who }: Context): Viewer | null {
    const { account, tier, scopes, expiresAt } = who;
    if (account === undefined || tier === "ANONYMOUS" || tier === "ADMIN") return null;
    return { address: account, tier: ViewerTier[tier], scopes: [...scopes], expiresAt: expiresAt ?? null };
  }

  @FieldResolver(() => [ApiKey], {
    nullable: true,
    description: "The wallet's keys, the newest first, revoked ones too; at most 200. For a session only.",
  })
  apiKeys(@Ctx() { who, snapshot }: Context): Promise<ApiKeyRow[]> {
    const { account } = sessionOf(who);
    return listApiKeys((name, text, values) => snapshot.rows<ApiKeyRow>(name, text, values), account);
  }
}

/**
 * Sessions and keys. These write outside the operation's snapshot, and what they give reads nothing from it: the embedded
 * database has one backend, and a write would wait for a snapshot that waits for the write.
 */
@Resolver()
export class AccessResolver {
  @Mutation(() => SignInNonce, { description: "Begins a sign-in.", complexity: WRITE_POINTS })
  createSignInNonce(@Ctx() context: Context): Promise<NonceFact> {
    return createNonce(accessOf(context));
  }

  @Mutation(() => SignedIn, {
    description: "Signs a wallet in: a key's own, or a contract's that vouches for its signature (EIP-1271).",
    complexity: SIGN_IN_POINTS,
  })
  async signIn(
    @Arg("message", () => String, { description: "EIP-4361, with a nonce of createSignInNonce." }) message: string,
    @Arg("signature", () => BytesScalar, { description: "Of the message, by EIP-191 (personal_sign)." })
    signature: string,
    @Arg("carrier", () => SessionCarrier, {
      defaultValue: SessionCarrier.COOKIE,
      description: "How the session is carried.",
    })
    carrier: SessionCarrier,
    @Ctx() context: Context,
  ): Promise<SignedIn> {
    const { account, token, expiresAt } = await signIn(accessOf(context), message, signature);
    const isCookie = carrier === SessionCarrier.COOKIE && context.setSession !== undefined;
    if (isCookie) context.setSession?.({ token, expiresAt });
    return { address: account, token: isCookie ? null : token, expiresAt };
  }

  @Mutation(() => Int, { description: "Ends this session; how many were ended.", complexity: WRITE_POINTS })
  async signOut(
    @Arg("isEverywhere", () => Boolean, { defaultValue: false, description: "All sessions of the wallet." })
    isEverywhere: boolean,
    @Ctx() context: Context,
  ): Promise<number> {
    const ended = await signOut(accessOf(context), context.who, isEverywhere);
    context.setSession?.(undefined);
    return ended;
  }

  @Mutation(() => CreatedApiKey, {
    description: "Makes a key with which a program asks in this wallet's name. For a session only.",
    complexity: WRITE_POINTS,
  })
  async createApiKey(
    @Arg("name", () => String, { description: "1 to 64 characters." }) name: string,
    @Arg("scopes", () => [ApiKeyScope], { defaultValue: [], description: "What it may be used for." }) scopes: Scope[],
    @Arg("costPerMinute", () => Int, { nullable: true, description: "Null: as much as the wallet has." })
    costPerMinute: number | null,
    @Arg("days", () => Int, { nullable: true, description: "How long it lives; null: until it is revoked." })
    days: number | null,
    @Ctx() context: Context,
  ): Promise<CreatedApiKey> {
    const { account } = sessionOf(context.who);
    const wish = { account, name, scopes, costPerMinute, days, isGranted: false };
    const { token, row } = await createApiKey(accessOf(context), wish);
    return { key: token, apiKey: row };
  }

  @Mutation(() => ApiKey, {
    description: "Ends one of this wallet's keys. For a session only.",
    complexity: WRITE_POINTS,
  })
  revokeApiKey(
    @Arg("id", () => ID, { description: "The key's id." }) id: string,
    @Ctx() context: Context,
  ): Promise<ApiKeyRow> {
    return endApiKey(accessOf(context), id, sessionOf(context.who).account);
  }
}

function accessOf({ access }: Context): Access {
  if (!access) throw new Error("BUG: nobody can sign in where the server has no database to write to");
  return access;
}
