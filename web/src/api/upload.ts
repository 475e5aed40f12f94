/**
 * A file on its way to the service, with how far it is: the browser tells that of XMLHttpRequest only. A picture of 12 MB from a phone in
 * a basement takes minutes; who cannot see it move believes that it hangs.
 */
import { refusal, RequestProblem } from "./problem";

export interface Upload<Answer = unknown> {
  readonly done: Promise<Answer>;
  readonly stop: () => void;
}

/** A file is the body itself; a form brings its own type and boundary. */
export function upload<Answer = unknown>(address: string, body: Blob | FormData, progress: (share: number) => void): Upload<Answer> {
  const request = new XMLHttpRequest();
  const done = new Promise<Answer>((resolve, reject) => {
    request.open("POST", address);
    request.responseType = "text";
    request.setRequestHeader("accept", "application/json");
    if (body instanceof Blob) request.setRequestHeader("content-type", body.type === "" ? "application/octet-stream" : body.type);
    request.upload.onprogress = ({ loaded, total }) => { progress(total === 0 ? 0 : loaded / total); };
    request.onload = () => { answered<Answer>(request).then(resolve, reject); };
    request.onerror = () => { reject(new RequestProblem("unreachable", "The file did not arrive.")); };
    request.onabort = () => { reject(new RequestProblem("unreachable", "The upload was stopped.")); };
    request.send(body);
  });
  return { done, stop: () => { request.abort(); } };
}

async function answered<Answer>(request: XMLHttpRequest): Promise<Answer> {
  const { status, statusText, responseText } = request;
  if (status < 200 || status >= 300) {
    const wait = request.getResponseHeader("retry-after");
    throw await refusal(new Response(responseText, { status, statusText, headers: wait === null ? {} : { "retry-after": wait } }));
  }
  try {
    return JSON.parse(responseText === "" ? "null" : responseText) as Answer;
  } catch (error) {
    throw new RequestProblem("unexpected", String(error));
  }
}
