// The top bar: the account's numbers, and the copy buttons.
import { get, make, toast } from "./common.js";

const { numbers } = await get("/control/numbers");
document.getElementById("account-numbers").replaceChildren(
  ...numbers.map((number) => make("li", { className: "pill" }, number.address)),
);

for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", async () => {
    const source = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(source.textContent);
      toast("Copied");
    } catch {
      getSelection().selectAllChildren(source);
      toast("Selected; copy it with your keyboard");
    }
  });
}

document.addEventListener("click", (event) => {
  const account = document.querySelector(".account");
  if (account.open && !account.contains(event.target)) account.open = false;
});
