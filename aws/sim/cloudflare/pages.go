package cloudflare

import (
	"net/http"
	"strconv"
)

// pageInfo says which part of a list an answer holds.
type pageInfo struct {
	Page       int `json:"page"`
	PerPage    int `json:"per_page"`
	Count      int `json:"count"`
	TotalCount int `json:"total_count"`
	TotalPages int `json:"total_pages"`
}

// defaultPage is how many items a page holds where the client does not say; largestPage is the most it may ask for.
const (
	defaultPage = 100
	largestPage = 5_000_000
)

// writePage answers with the page of list that the client asks for; pages count from 1, and one after the last is empty.
func writePage(w http.ResponseWriter, r *http.Request, list []any) {
	info := pageInfo{Page: number(r, "page", 1), PerPage: min(number(r, "per_page", defaultPage), largestPage), TotalCount: len(list)}
	info.TotalPages = (len(list) + info.PerPage - 1) / info.PerPage
	from := min((info.Page-1)*info.PerPage, len(list))
	part := list[from:min(from+info.PerPage, len(list))]
	info.Count = len(part)
	write(w, http.StatusOK, envelope{Success: true, Result: part, Info: &info})
}

func number(r *http.Request, name string, otherwise int) int {
	n, err := strconv.Atoi(r.URL.Query().Get(name))
	if err != nil || n < 1 {
		return otherwise
	}
	return n
}
