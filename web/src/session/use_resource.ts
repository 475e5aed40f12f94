/** A resource for as long as a part of the page is drawn: asked at first, again whenever `again` is another one, then stopped. */
import { useEffect, useMemo, useRef } from "preact/hooks";
import { Resource } from "./resource";

/** `of` tells questions apart: another one begins with nothing, the same one keeps its answer until the next has come. */
export function useResource<Value>(ask: () => Promise<Value>, of: readonly unknown[], again?: unknown): Resource<Value> {
  const latest = useRef(ask);
  latest.current = ask;
  const resource = useMemo(() => new Resource(() => latest.current()), of);
  useEffect(() => { void resource.load(); }, [resource, again]);
  useEffect(() => () => { resource.stop(); }, [resource]);
  return resource;
}
