import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkSpace, takeFolder } from "./folder.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "bc-folder-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe("takeFolder", () => {
  it("gives a new folder a draft that becomes the database at once or not at all", () => {
    const folder = takeFolder(dir);
    expect(folder).toMatchObject({ isNew: true, data: join(dir, "postgres") });
    mkdirSync(folder.draft);
    expect(existsSync(folder.data)).toBe(false);
    folder.keep();
    expect(existsSync(folder.data)).toBe(true);
    folder.release();
  });

  it("takes it for one process at a time", () => {
    const { release } = takeFolder(dir);
    expect(() => takeFolder(dir)).toThrow(expect.objectContaining({ code: "LOCKED" }) as Error);
    release();
    takeFolder(dir).release();
  });

  it("gives the lock back when it refuses the folder", () => {
    mkdirSync(join(dir, "postgres"));
    for (let round = 0; round < 2; round++) {
      expect(() => takeFolder(dir)).toThrow(expect.objectContaining({ code: "DATABASE_FOLDER_FOREIGN" }) as Error);
    }
  });
});

describe("checkSpace", () => {
  it("refuses a disk on which a recovery could end half-way", () => {
    expect(() => checkSpace(dir, 32 * 1024 * 1024)).not.toThrow();
    expect(() => checkSpace(dir, 32 * 1024 * 1024 - 1)).toThrow(
      `the disk of the database folder ${dir} has 31 MB left`,
    );
  });
});
