/* A file dropped on a form that takes one is chosen and sent, as if by hand. */
(() => {
  "use strict";
  for (const form of document.querySelectorAll("[data-drop]")) {
    const words = form.querySelector("[data-drop-words]");
    if (words) words.hidden = false;
    const over = (on) => form.classList.toggle("over", on);
    form.addEventListener("dragover", (event) => {
      event.preventDefault();
      over(true);
    });
    form.addEventListener("dragleave", () => over(false));
    form.addEventListener("drop", (event) => {
      event.preventDefault();
      over(false);
      const files = event.dataTransfer && event.dataTransfer.files;
      if (!files || files.length !== 1) return;
      form.elements[form.dataset.drop].files = files;
      form.requestSubmit();
    });
  }
})();
