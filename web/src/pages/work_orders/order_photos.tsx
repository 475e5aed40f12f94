/**
 * Photos of the order: taken with the phone's camera or chosen, sent one after the other with how far each is, sent again where the network
 * broke. What is there is small, and large at a press.
 */
import { useEffect, useMemo, useRef } from "preact/hooks";
import { addressAt } from "../../api/at";
import { formatShare } from "../../format/number";
import { words } from "../../i18n";
import { locale } from "../../shell/preferences";
import { Icon } from "../../ui/icon";
import { isAtWork, type OrderDesk } from "../../work_orders/desk";
import { PhotoQueue, type Photo } from "../../work_orders/photo_queue";
import type { OrderFile } from "../../work_orders/record";
import "./checklists.css";

export function OrderPhotos({ desk }: { readonly desk: OrderDesk }) {
  const { record } = desk;
  const latest = useRef(desk);
  latest.current = desk;
  const queue = useMemo(() => new PhotoQueue(record.order, () => { latest.current.renew(); }), [record.order]);
  useEffect(() => () => { queue.close(); }, [queue]);
  const text = words.value.order.photos;
  const add = (event: Event): void => {
    const field = event.currentTarget as HTMLInputElement;
    queue.add(field.files ?? []);
    field.value = ""; // the same photo can be chosen again
  };
  return (
    <section class="box" aria-labelledby="order-photos">
      <h2 id="order-photos">{text.title}</h2>
      {record.files.length === 0 && queue.photos.value.length === 0 ? <p class="faint">{text.none}</p> : (
        <ul class="photo-list">{record.files.map((file) => <li key={file.key}><OneFile file={file} /></li>)}</ul>
      )}
      {queue.photos.value.length === 0 ? null : (
        <ul class="photo-queue" aria-label={text.queue}>
          {queue.photos.value.map((photo) => <Waiting key={photo.id} photo={photo} queue={queue} />)}
        </ul>
      )}
      {isAtWork(record) || record.state === "requested" || record.state === "done" ? (
        <div class="photo-buttons">
          <label class="button photo-button"><Icon name="camera" />{text.take}<input class="unseen" type="file" accept="image/jpeg,image/png,image/webp" capture="environment" onChange={add} /></label>
          <label class="button photo-button">{text.choose}<input class="unseen" type="file" accept="image/jpeg,image/png,image/webp" multiple onChange={add} /></label>
        </div>
      ) : null}
    </section>
  );
}

export function OneFile({ file }: { readonly file: Omit<OrderFile, "width_px" | "height_px"> }) {
  const name = file.title === "" ? file.name : file.title;
  if (!file.media_type.startsWith("image/")) {
    return <a class="button" href={addressAt(["attachments", file.key])} download><Icon name="download" />{name}</a>;
  }
  return (
    <figure>
      <a href={addressAt(["attachments", file.key])} target="_blank" rel="noopener">
        <img src={addressAt(["attachments", file.key], { width: 320 })} alt={name} loading="lazy" width="320" height="240" />
      </a>
      <figcaption>{name}</figcaption>
    </figure>
  );
}

function Waiting({ photo, queue }: { readonly photo: Photo; readonly queue: PhotoQueue }) {
  const text = words.value.order.photos;
  const share = formatShare(photo.share, locale.value);
  return (
    <li>
      <span>
        <span class="photo-name">{photo.name}</span>
        {photo.state === "failed" ? <span class="held-problem" role="alert"><Icon name="warning" />{photo.problem}</span> : <progress max={1} value={photo.share} aria-label={text.sending(photo.name, share)} />}
      </span>
      {photo.state === "failed" ? <button type="button" class="button" onClick={() => { queue.retry(photo.id); }}>{text.again}</button> : <span class="faint">{photo.state === "waiting" ? text.waits : share}</span>}
      {photo.state === "failed" ? <button type="button" class="button button-plain button-icon" aria-label={`${text.drop}: ${photo.name}`} title={text.drop} onClick={() => { queue.drop(photo.id); }}><Icon name="close" /></button> : <span />}
    </li>
  );
}
