package azmistraltest

import (
	"net/http"
	"slices"
	"strconv"
)

// info answers GET /info, as recorded on serverless hosts.
func (h *Handler) info(r *Request, id exchangeID) *output {
	name := quoted(h.deployment())
	body := "{\n    \"model_name\": " + name + ",\n    \"model_type\": \"chat-completion\",\n    \"model_provider_name\": \"Mistral\",\n    \"served_model_name\": " +
		name + ",\n    \"served_model_type\": \"chat-completion\"\n}"
	return h.plainJSON(r, body, id)
}

// models answers the list of models, or one card.
func (h *Handler) models(r *Request, id exchangeID) *output {
	names := h.options.Deployments
	if len(names) == 0 {
		names = []string{Deployment}
	}
	if wanted := r.place.model; wanted != "" {
		if len(h.options.Deployments) > 0 && !slices.Contains(names, wanted) {
			return h.refused(r, refuseDeployment(r.place, wanted), id)
		}
		return h.plainJSON(r, h.card(wanted), id)
	}
	body := `{"object":"list","data":[`
	for i, name := range names {
		if i > 0 {
			body += ","
		}
		body += h.card(name)
	}
	return h.plainJSON(r, body+`]}`, id)
}

func (h *Handler) card(name string) string {
	return `{"id":` + quoted(name) + `,"object":"model","created":` + strconv.FormatInt(h.options.Now().Unix(), 10) +
		`,"owned_by":"mistralai","capabilities":{"completion_chat":true,"function_calling":true,"reasoning":true,"completion_fim":false,"fine_tuning":false,"vision":true},"name":` +
		quoted(name) + `,"max_context_length":` + strconv.Itoa(h.options.ContextWindow) + `,"aliases":[],"type":"base"}`
}

func (h *Handler) plainJSON(r *Request, body string, id exchangeID) *output {
	header := h.headersOf(r, id, false)
	header.Set("Content-Type", "application/json")
	echoClientID(header, r)
	return &output{status: http.StatusOK, header: header, steps: []step{{data: []byte(body)}}}
}
