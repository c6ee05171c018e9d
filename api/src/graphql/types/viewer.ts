import { Field, ID, Int, ObjectType, registerEnumType } from "type-graphql";
import { SCOPES } from "../../access/who.ts";
import { BytesScalar, DateTimeScalar } from "../scalars.ts";

/** As `access/who.ts` names them. */
export const ApiKeyScope = Object.fromEntries(SCOPES.map((scope) => [scope, scope]));

registerEnumType(ApiKeyScope, {
  name: "ApiKeyScope",
  description: "What an API key may read in its wallet's name, beside what everybody may.",
  valuesConfig: {
    LIVE_TELEMETRY: { description: "`Gpu.liveTelemetry` of GPUs that the wallet rents, owns or operates." },
    FLEET: { description: "`Operator.fleet` and `Operator.targets` of operators that the wallet holds." },
  },
});

/** How a request is recognized. */
export enum ViewerTier {
  SESSION = "SESSION",
  API_KEY = "API_KEY",
}

registerEnumType(ViewerTier, {
  name: "ViewerTier",
  description: "How a request is recognized.",
  valuesConfig: {
    SESSION: { description: "A wallet that signed in." },
    API_KEY: { description: "A program with a key of a wallet." },
  },
});

/** Shows an `ApiKeyRow`. */
@ObjectType({ simpleResolvers: true, description: "A key with which a program asks in a wallet's name." })
export class ApiKey {
  @Field(() => ID, { description: "Its id." })
  id!: string;

  @Field(() => String, { description: "What its owner calls it." })
  name!: string;

  @Field(() => String, { description: "Its first characters, by which its owner knows it again." })
  prefix!: string;

  @Field(() => [ApiKeyScope], { description: "What it may be used for." })
  scopes!: string[];

  @Field(() => Int, { description: "Its budget: points of query cost a minute." })
  costPerMinute!: number;

  @Field(() => Boolean, { description: "Given by who runs the server: its budget is its own, beyond its wallet's." })
  isGranted!: boolean;

  @Field(() => DateTimeScalar, { description: "When it came to be." })
  createdAt!: Date;

  @Field(() => DateTimeScalar, { nullable: true, description: "Null: it ends by being revoked." })
  expiresAt!: Date | null;

  @Field(() => DateTimeScalar, { nullable: true, description: "Null: it wasn't revoked." })
  revokedAt!: Date | null;

  @Field(() => DateTimeScalar, { nullable: true, description: "To the minute; null: never." })
  lastUsedAt!: Date | null;
}

/** Who asks. */
@ObjectType({ simpleResolvers: true, description: "Who asks: a wallet that signed in, or a program with its key." })
export class Viewer {
  @Field(() => BytesScalar, { description: "The wallet." })
  address!: string;

  @Field(() => ViewerTier, { description: "Whose limits hold." })
  tier!: ViewerTier;

  @Field(() => [ApiKeyScope], { description: "What it may read beside what everybody may." })
  scopes!: string[];

  @Field(() => DateTimeScalar, { nullable: true, description: "When session or key end; null: never." })
  expiresAt!: Date | null;
}

/** What a sign-in message is made of. */
@ObjectType({
  simpleResolvers: true,
  description:
    "What a Sign-In with Ethereum message (EIP-4361) needs: its nonce, good once and for ten minutes, its chain and its site.",
})
export class SignInNonce {
  @Field(() => String, { description: "`Nonce` of the message." })
  nonce!: string;

  @Field(() => DateTimeScalar, { description: "Now, by this server's clock: `Issued At` of the message." })
  issuedAt!: Date;

  @Field(() => DateTimeScalar, { description: "Until when it can be used." })
  expiresAt!: Date;

  @Field(() => Int, { description: "`Chain ID` of the message." })
  chainId!: number;

  @Field(() => [String], { description: "Domains that a message may be for; its `URI` is of the same." })
  domains!: string[];
}

/** How a session's token is handed over. */
export enum SessionCarrier {
  COOKIE = "COOKIE",
  BEARER = "BEARER",
}

registerEnumType(SessionCarrier, {
  name: "SessionCarrier",
  description: "How a session's token is handed over.",
  valuesConfig: {
    COOKIE: { description: "As a cookie that no script can read: for browsers." },
    BEARER: { description: "In the answer, to be sent as `Authorization: Bearer`: for programs." },
  },
});

/** A session that has just begun. */
@ObjectType({ simpleResolvers: true, description: "A wallet is signed in." })
export class SignedIn {
  @Field(() => BytesScalar, { description: "The wallet." })
  address!: string;

  @Field(() => String, { nullable: true, description: "Shown once; null when it went out as a cookie." })
  token!: string | null;

  @Field(() => DateTimeScalar, { description: "Until when it holds." })
  expiresAt!: Date;
}

/** A key that has just been made. */
@ObjectType({ simpleResolvers: true, description: "A new API key." })
export class CreatedApiKey {
  @Field(() => String, { description: "The key itself, shown this once: only its hash is kept." })
  key!: string;

  @Field(() => ApiKey, { description: "What is kept of it." })
  apiKey!: ApiKey;
}
