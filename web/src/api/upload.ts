/**
 * A file on its way to the service, with how far it is: the browser tells that of XMLHttpRequest only. A picture of 12 MB from a phone in
 * a basement takes minutes; who cannot see it move believes that it hangs.
 */
import { refusal, RequestProblem } from "./problem";

export interface Upload {
  readonly done: Promise<void>;
  readonly stop: () => void;
}

export function upload(address: string, file: Blob, progress: (share: number) => void): Upload {
  const request = new XMLHttpRequest();
  const done = new Promise<void>((resolve, reject) => {
    request.open("POST", address);
    request.responseType = "text";
    request.setRequestHeader("accept", "application/json");
    request.setRequestHeader("content-type", file.type === "" ? "application/octet-stream" : file.type);
    request.upload.onprogress = ({ loaded, total }) => { progress(total === 0 ? 0 : loaded / total); };
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) resolve();
      else void refusal(new Response(request.responseText, { status: request.status, statusText: request.statusText })).then(reject);
    };
    request.onerror = () => { reject(new RequestProblem("unreachable", "The file did not arrive.")); };
    request.onabort = () => { reject(new RequestProblem("unreachable", "The upload was stopped.")); };
    request.send(file);
  });
  return { done, stop: () => { request.abort(); } };
}
