import {
  IsOptional,
  MaxLength,
  Max,
  Matches,
  Min,
  ValidateBy,
  ValidateNested,
  type ValidationOptions,
} from "class-validator";
import { Field, ID, Int, type ClassType } from "type-graphql";
import { BctScalar, BigIntScalar, BytesScalar, DateTimeScalar, DcScalar } from "../scalars.ts";

interface Terms {
  nullable?: boolean;
}

/** A field of an input, and what it must be beyond its type. */
const checked =
  (field: PropertyDecorator, { nullable }: Terms, ...rules: PropertyDecorator[]): PropertyDecorator =>
  (target, key) => {
    for (const decorate of [field, ...(nullable ? [IsOptional()] : []), ...rules]) decorate(target, key);
  };

/** Number of something on the chain. */
export const IdField = (description: string, terms: Terms = {}): PropertyDecorator =>
  checked(
    Field(() => ID, { description, ...terms }),
    terms,
    Matches(/^\d{1,18}$/, { message: "must be a number as this API gives it" }),
  );

/** Address of a wallet. */
export const AddressField = (description: string, terms: Terms = {}): PropertyDecorator =>
  checked(
    Field(() => BytesScalar, { description, ...terms }),
    terms,
    Matches(/^0x[0-9a-f]{40}$/, { message: "must be an address: 0x and 40 hex digits" }),
  );

/** 32 bytes. */
export const HashField = (description: string, terms: Terms = {}): PropertyDecorator =>
  checked(
    Field(() => BytesScalar, { description, ...terms }),
    terms,
    Matches(/^0x[0-9a-f]{64}$/, { message: "must be 32 bytes: 0x and 64 hex digits" }),
  );

/** An amount of DC. */
export const DcField = (description: string, terms: Terms = {}): PropertyDecorator =>
  checked(
    Field(() => DcScalar, { description, ...terms }),
    terms,
  );

/** An amount of BCT. */
export const BctField = (description: string, terms: Terms = {}): PropertyDecorator =>
  checked(
    Field(() => BctScalar, { description, ...terms }),
    terms,
  );

/** A whole number of any size. */
export const BigIntField = (description: string, terms: Terms = {}): PropertyDecorator =>
  checked(
    Field(() => BigIntScalar, { description, ...terms }),
    terms,
  );

/** A small whole number. */
export const IntField = (description: string, min: number, max: number, terms: Terms = {}): PropertyDecorator =>
  checked(
    Field(() => Int, { description, ...terms }),
    terms,
    ...[Min(min, { message: `must be ${min} to ${max}` }), Max(max, { message: `must be ${min} to ${max}` })],
  );

/** Text; how many bytes it may have, the contract says. */
export const TextField = (description: string, maxLength: number, terms: Terms = {}): PropertyDecorator =>
  checked(
    Field(() => String, { description, ...terms }),
    terms,
    MaxLength(maxLength, { message: `must have at most ${maxLength} characters` }),
  );

/** An instant. */
export const TimeField = (description: string, terms: Terms = {}): PropertyDecorator =>
  checked(
    Field(() => DateTimeScalar, { description, ...terms }),
    terms,
  );

const isHour = (value: unknown): boolean => value instanceof Date && value.getTime() % 3_600_000 === 0;
const wholeHour = (options: ValidationOptions): PropertyDecorator =>
  ValidateBy(
    { name: "isHour", validator: { validate: isHour, defaultMessage: () => "must be a whole UTC hour" } },
    options,
  );

/** A whole UTC hour. */
export const HourField = (description: string): PropertyDecorator =>
  checked(
    Field(() => DateTimeScalar, { description }),
    {},
    wholeHour({}),
  );

/** Whole UTC hours. */
export const HoursField = (description: string): PropertyDecorator =>
  checked(
    Field(() => [DateTimeScalar], { description }),
    {},
    wholeHour({ each: true }),
  );

/** Another input within this one. */
export const NestedField = (type: () => ClassType | [ClassType], description: string, terms: Terms = {}) =>
  checked(
    Field(() => type() as ClassType, { description, ...terms }),
    terms,
    ValidateNested(),
  );
