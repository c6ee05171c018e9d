import { messageOf } from "#kernel/errors.ts";

/** What has been started, to be stopped in the reverse order, each whatever happens to the others. */
export class Teardown {
  readonly #steps: { name: string; stop: () => Promise<void> | void }[] = [];

  add(name: string, stop: () => Promise<void> | void): void {
    this.#steps.push({ name, stop });
  }

  /** Stops everything; tells of what could not be stopped. Idempotent. */
  async run(onTrouble: (text: string) => void): Promise<void> {
    for (let step = this.#steps.pop(); step; step = this.#steps.pop()) {
      try {
        await step.stop();
      } catch (error) {
        onTrouble(`${step.name} could not be stopped: ${messageOf(error)}`);
      }
    }
  }
}
