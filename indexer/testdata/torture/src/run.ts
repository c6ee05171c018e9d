import { DataSourceContext, Entity, dataSource, store } from "@graphprotocol/graph-ts";
import { Thing } from "../generated/schema";
import { describeEntity } from "./describe";
import { callHost } from "./host";
import { Reader } from "./program";

function readEntity(reader: Reader): Entity {
  let entity = new Entity();
  for (let left = reader.byte(); left > 0; left--) {
    let name = reader.text();
    entity.set(name, reader.value());
  }
  return entity;
}

/** Through the classes that graph-cli makes, as subgraphs do. */
function change(id: string, name: string): string {
  let thing = Thing.load(id);
  if (thing == null) thing = new Thing(id);
  thing.name = name;
  thing.text = thing.text === null ? "first" : thing.text! + "+";
  thing.save();
  return describeEntity(thing);
}

function related(type: string, id: string, field: string): string {
  let found = store.loadRelated(type, id, field);
  let text = "";
  for (let i = 0; i < found.length; i++) text += describeEntity(found[i]);
  return found.length.toString() + text;
}

function create(reader: Reader): string {
  let name = reader.text();
  let params = reader.texts();
  if (reader.byte() == 0) dataSource.create(name, params);
  else dataSource.createWithContext(name, params, changetype<DataSourceContext>(readEntity(reader)));
  return name;
}

/** Runs a program, and gives what its steps saw, a line each. */
export function run(reader: Reader): string {
  let trace = "";
  while (!reader.done()) {
    let kind = reader.byte();
    let line = kind.toString() + " ";
    if (kind == 1) {
      let type = reader.text();
      let id = reader.text();
      store.set(type, id, readEntity(reader));
    } else if (kind == 2) store.remove(reader.text(), reader.text());
    else if (kind == 3) line += describeEntity(store.get(reader.text(), reader.text()));
    else if (kind == 4) line += describeEntity(store.get_in_block(reader.text(), reader.text()));
    else if (kind == 5) line += related(reader.text(), reader.text(), reader.text());
    else if (kind == 6) line += change(reader.text(), reader.text());
    else if (kind == 7) line += create(reader);
    else if (kind == 8) {
      line += dataSource.address().toHexString() + dataSource.network() + describeEntity(dataSource.context());
    } else line += callHost(kind, reader);
    trace += line + "\n";
  }
  return trace;
}
