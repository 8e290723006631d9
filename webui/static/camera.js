/* What the camera sees, frame after frame while its picture is on the screen, and the sound of a
   read. Without this file the codes are read all the same. */
"use strict";
(() => {
  const token = document.querySelector('meta[name="page-token"]').content;
  const PAUSE = 80; // milliseconds between two frames
  let audio = null;

  /* One after the other: the next is asked for when the last has come, or was not there yet. */
  const next = (image) => {
    if (!image.isConnected) return;
    const url = `${image.dataset.frames}?n=${performance.now()}`;
    fetch(url, { headers: { "X-By-Itself": "1" } })
      .then((answer) => (answer.status === 200 ? answer.blob() : null))
      .then((seen) => seen && draw(image, seen))
      .catch(() => {})
      .finally(() => setTimeout(next, PAUSE, image));
  };
  const draw = async (canvas, seen) => {
    const frame = await createImageBitmap(seen);
    canvas.width = frame.width;
    canvas.height = frame.height;
    canvas.getContext("2d").drawImage(frame, 0, 0);
    canvas.dataset.shown = String(Number(canvas.dataset.shown || 0) + 1);
    frame.close();
  };
  const begin = () => {
    for (const canvas of document.querySelectorAll("canvas[data-frames]:not([data-begun])")) {
      canvas.dataset.begun = "1";
      next(canvas);
    }
  };
  document.addEventListener("htmx:afterSettle", begin);
  begin();

  /* Two short notes, made here: a hand that holds a card has no eye for the screen. */
  const sound = () => {
    if (!audio) return;
    for (const [note, at] of [[660, 0], [990, 0.09]]) {
      const tone = audio.createOscillator();
      const loud = audio.createGain();
      tone.frequency.value = note;
      loud.gain.setValueAtTime(0.2, audio.currentTime + at);
      loud.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + at + 0.12);
      tone.connect(loud).connect(audio.destination);
      tone.start(audio.currentTime + at);
      tone.stop(audio.currentTime + at + 0.13);
    }
  };
  /* A page may sound once a hand has touched it. */
  const touched = () => {
    if (!audio && window.AudioContext) audio = new AudioContext();
  };
  for (const kind of ["pointerdown", "keydown"]) document.addEventListener(kind, touched);
  document.addEventListener("htmx:afterSettle", (event) => {
    const read = event.target.querySelector && event.target.querySelector("[data-code]");
    if (read && read.dataset.code !== heard) {
      heard = read.dataset.code;
      sound();
    }
  });
  const last = document.querySelector("[data-code]");
  let heard = last ? last.dataset.code : "0";

  /* Who leaves the page lets the camera go. */
  addEventListener("pagehide", () => {
    const canvas = document.querySelector("canvas[data-frames]");
    if (!canvas) return;
    const headers = { "X-Page-Token": token, "X-By-Itself": "1" };
    fetch(canvas.dataset.stop, { method: "POST", headers, keepalive: true }).catch(() => {});
  });
})();
