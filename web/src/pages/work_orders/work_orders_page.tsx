/**
 * Work orders: what is to be done, or one order.
 *
 *   #/work-orders                      the list, the most urgent first
 *   #/work-orders/<site>/<number>      one order
 */
import { words } from "../../i18n";
import { useSite } from "../../session/context";
import { route } from "../../shell/router";
import { ordersHref } from "../../work_orders/addresses";
import { OrderList } from "./order_list";
import { OrderPage } from "./order_page";
import { YouAre } from "./you_are";
import "./work_orders_page.css";

export function WorkOrdersPage() {
  const { session } = useSite();
  const order = route.value.path.slice(1).join("/");
  const text = words.value.orders;
  return (
    <div class="orders-page">
      <header class="orders-head">
        {order === "" ? <h1>{text.title}</h1> : <p class="orders-crumb"><a href={ordersHref()}>{text.title}</a></p>}
        <YouAre />
      </header>
      {order === "" ? <OrderList key={session.code} /> : <OrderPage key={order} order={order} />}
    </div>
  );
}
