"""PyTorch and Hugging Face baselines of `npm run bench`: SEA optimisation, and SFT and DPO with LoRA (PEFT), of a LLaVA checkpoint.

    python tools/reference/bench_llava.py --probe       # versions as one JSON line
    python tools/reference/bench_llava.py JOB_FOLDER    # then one JSON request a line on stdin, one JSON reply a line on stdout

JOB_FOLDER holds job.json and embeddings.safetensors ("embeddings" [n, rows, width]). Requests: {"run": NAME, "steps": n, "batch": b},
NAME one of `sequences`, `batched`, `sft`, `dpo`, `sgemm`. Replies: {"seconds": s, "losses": [...], "tokens": n}.
Needs torch, transformers and safetensors; `sft` and `dpo` also peft. CPU, float32.
"""

import json
import os
import sys
import time

JOB_THREADS = 2


def probe():
    import peft
    import torch
    import transformers

    facts = {"torch": torch.__version__, "transformers": transformers.__version__, "peft": peft.__version__}
    print(json.dumps(facts))


class Bench:
    def __init__(self, folder):
        import torch
        from safetensors.torch import load_file
        from transformers import LlavaForConditionalGeneration

        self.torch = torch
        with open(os.path.join(folder, "job.json"), encoding="utf8") as file:
            self.job = json.load(file)
        torch.set_num_threads(self.job.get("threads", JOB_THREADS))
        self.embeddings = load_file(os.path.join(folder, "embeddings.safetensors"))["embeddings"]
        self.model = LlavaForConditionalGeneration.from_pretrained(self.job["model"], dtype=torch.float32)
        self.model.eval().requires_grad_(False)
        self.trained = None
        self.method = None

    # SEA optimisation.

    def inputs(self, embeddings, members):
        """inputs_embeds [members * branches, length, width], mask, and the places and ids of the targets; padded on the right."""
        torch = self.torch
        words = self.model.get_input_embeddings()
        projected = self.model.model.multi_modal_projector(embeddings)
        prefix = self.job["prefix"]
        rows = []
        targets = []
        for row, member in enumerate(members):
            for prompt, target in self.job["members"][member]:
                before = len(prefix) + projected.shape[1] + len(prompt)
                after = words(torch.tensor(prompt + target[:-1]))
                rows.append(torch.cat([words(torch.tensor(prefix)), projected[row], after]))
                targets.append((before - 1, target))
        length = max(row.shape[0] for row in rows)
        mask = torch.zeros(len(rows), length, dtype=torch.long)
        for index, row in enumerate(rows):
            mask[index, : row.shape[0]] = 1
        padded = torch.nn.utils.rnn.pad_sequence(rows, batch_first=True)
        return padded, None if bool(mask.all()) else mask, targets

    def optimise(self, members, steps, gathered):
        """Adam on E of these members; the loss is the mean over branches of the summed negative log-likelihood."""
        torch = self.torch
        embeddings = self.embeddings[members].clone().requires_grad_(True)
        adam = torch.optim.Adam([embeddings], lr=self.job["learningRate"])
        losses = None
        for step in range(steps + 1):
            padded, mask, targets = self.inputs(embeddings, members)
            if gathered:
                hidden = self.model.model.language_model(
                    inputs_embeds=padded, attention_mask=mask, use_cache=False
                ).last_hidden_state
                picked = torch.cat([hidden[r, at : at + len(ids)] for r, (at, ids) in enumerate(targets)])
                logits = self.model.lm_head(picked)
            else:
                full = self.model(inputs_embeds=padded, attention_mask=mask, use_cache=False).logits
                logits = torch.cat([full[r, at : at + len(ids)] for r, (at, ids) in enumerate(targets)])
            ids = torch.tensor([token for _, wanted in targets for token in wanted])
            nll = torch.nn.functional.cross_entropy(logits, ids, reduction="none")
            per_row = torch.stack([part.sum() for part in nll.split([len(wanted) for _, wanted in targets])])
            per_member = per_row.view(len(members), -1).mean(1)
            losses = per_member.tolist()
            if step == steps:
                break
            adam.zero_grad()
            per_member.sum().backward()
            adam.step()
        return losses

    def run_sequences(self, request):
        """As the paper describes: one embedding at a time, its control samples as one sequence each."""
        losses = []
        for member in range(request["batch"]):
            losses += self.optimise([member], request["steps"], gathered=False)
        return {"losses": losses}

    def run_batched(self, request):
        """The whole batch at once, vocabulary projection of target places only."""
        return {"losses": self.optimise(list(range(request["batch"])), request["steps"], gathered=True)}

    # Alignment.

    def adapted(self):
        if self.trained is None:
            from peft import LoraConfig, get_peft_model

            lora = self.job["lora"]
            config = LoraConfig(
                r=lora["rank"],
                lora_alpha=lora["alpha"],
                lora_dropout=0.0,
                target_modules=r".*language_model.*\.(" + "|".join(lora["targets"]) + ")",
            )
            self.trained = get_peft_model(self.model, config)
        return self.trained

    def begin(self, method):
        """A method starts from the model as it is, whatever was trained before: LoRA's B is zero, the optimiser new."""
        if self.method == method:
            return
        self.method = method
        trainable = {name: p for name, p in self.adapted().named_parameters() if p.requires_grad}
        with self.torch.no_grad():
            for name, parameter in trainable.items():
                if ".lora_B." in name:
                    parameter.zero_()
        self.adamw = self.torch.optim.AdamW(trainable.values(), lr=self.job["lora"]["learningRate"], weight_decay=0.0)

    def row_log_probs(self, rows, answer):
        """Summed log-probability of each row's answer, and the tokens read. A row with a medium holds its embedding."""
        torch = self.torch
        model = self.adapted()
        inner = model.base_model.model
        words = inner.get_input_embeddings()
        sequences = []
        places = []
        for row in rows:
            ids = row["prompt"] + row[answer][:-1]
            embeds = words(torch.tensor(ids))
            if "embedding" in row:
                projected = inner.model.multi_modal_projector(self.embeddings[row["embedding"]])
                at = torch.tensor(ids) == self.job["placeholder"]
                embeds = embeds.masked_scatter(at[:, None], projected)
            sequences.append(embeds)
            places.append((len(row["prompt"]) - 1, row[answer]))
        padded = torch.nn.utils.rnn.pad_sequence(sequences, batch_first=True)
        mask = torch.zeros(padded.shape[:2], dtype=torch.long)
        for index, sequence in enumerate(sequences):
            mask[index, : len(sequence)] = 1
        logits = model(inputs_embeds=padded, attention_mask=None if bool(mask.all()) else mask, use_cache=False).logits
        sums = []
        for index, (at, ids) in enumerate(places):
            part = torch.log_softmax(logits[index, at : at + len(ids)], -1)
            sums.append(part.gather(-1, torch.tensor(ids)[:, None]).sum())
        return torch.stack(sums), sum(len(sequence) for sequence in sequences)

    def train(self, request, loss_of):
        torch = self.torch
        self.begin(request["run"])
        losses = []
        tokens = 0
        for step in range(request["steps"]):
            self.adamw.zero_grad()
            total = 0.0
            rows = self.job["rows"]
            for start in range(0, len(rows), request["batch"]):
                loss, read = loss_of(rows[start : start + request["batch"]], len(rows))
                loss.backward()
                total += loss.item()
                tokens += read
            torch.nn.utils.clip_grad_norm_([p for p in self.trained.parameters() if p.requires_grad], 1.0)
            self.adamw.step()
            losses.append(total)
        return {"losses": losses, "tokens": tokens}

    def run_sft(self, request):
        targets = sum(len(row["chosen"]) for row in self.job["rows"])

        def loss_of(rows, _all):
            sums, read = self.row_log_probs(rows, "chosen")
            return -sums.sum() / targets, read

        return self.train(request, loss_of)

    def run_dpo(self, request):
        torch = self.torch
        beta = self.job["beta"]
        if not hasattr(self, "reference"):
            with torch.no_grad(), self.adapted().disable_adapter():
                rows = self.job["rows"]
                self.reference = [
                    torch.cat([self.row_log_probs([row], answer)[0] for row in rows]) for answer in ("chosen", "rejected")
                ]

        def loss_of(rows, count):
            doubled, read = self.row_log_probs_both(rows)
            chosen, rejected = doubled
            first = self.job["rows"].index(rows[0])
            reference = [each[first : first + len(rows)] for each in self.reference]
            margin = (chosen - reference[0]) - (rejected - reference[1])
            return -torch.nn.functional.logsigmoid(beta * margin).sum() / count, read

        return self.train(request, loss_of)

    def row_log_probs_both(self, rows):
        """Chosen and rejected answers in one batch."""
        both = [dict(row, answer=row[key]) for key in ("chosen", "rejected") for row in rows]
        sums, read = self.row_log_probs(both, "answer")
        return sums.chunk(2), read

    def run_sgemm(self, request):
        torch = self.torch
        size = request["size"]
        a, b = torch.randn(size, size), torch.randn(size, size)
        for _ in range(request["steps"]):
            torch.mm(a, b)
        return {}

    def serve(self):
        print(json.dumps({"ready": True}), flush=True)
        for line in sys.stdin:
            request = json.loads(line)
            started = time.perf_counter()
            cpu = time.process_time()
            reply = getattr(self, "run_" + request["run"])(request)
            reply["seconds"] = time.perf_counter() - started
            reply["cpu"] = time.process_time() - cpu
            print(json.dumps(reply), flush=True)


if __name__ == "__main__":
    if sys.argv[1:] == ["--probe"]:
        probe()
    else:
        Bench(sys.argv[1]).serve()
