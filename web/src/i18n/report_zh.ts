/** The words of the page that a machine's label leads to, in Chinese. */
import type { report as english } from "./report_en";

export const report: typeof english = {
  title: "报修",
  what: "出了什么问题？",
  whatHint: "机器下方漏油、异响、异味、面板报警……",
  whatNeeded: "请简要说明出了什么问题。",
  name: "您的姓名（可不填）",
  nameHint: "便于维修人员向您了解情况。",
  photo: "拍照",
  photoAgain: "重新拍照",
  photoDrop: "不附照片",
  send: "提交",
  sending: (share) => `正在提交，${share}`,
  danger: "遇到危险请勿填写：立即按下急停并呼叫值班人员。",
  thanks: "谢谢",
  thanksText: (order) => `维修部门已收到您的报修，编号 ${order}。`,
  another: "再报一项",
  wait: (seconds) => `短时间内报修过多，请在 ${seconds} 秒后再提交。遇到危险请勿等待，直接呼叫值班人员。`,
  again: "现在可以提交。",
  unknown: "此标签已失效",
  unknownAdvice: "请扫描机器上的二维码，或告知值班人员。",
};
