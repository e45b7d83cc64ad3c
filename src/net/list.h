#pragma once

// An intrusive doubly-linked list whose nodes take themselves out when they are destroyed. It is what makes
// cancellation by destruction cheap: a destroyed waiter is in no queue any more.

#include <cassert>

namespace cairn::net {

class ListNode {
 public:
  ListNode() = default;
  ListNode(const ListNode&) = delete;
  ListNode& operator=(const ListNode&) = delete;
  ~ListNode() { Unlink(); }

  bool linked() const { return next_ != nullptr; }

  void Unlink() {
    if (!next_) return;
    prev_->next_ = next_;
    next_->prev_ = prev_;
    prev_ = next_ = nullptr;
  }

 private:
  template <typename T>
  friend class List;

  ListNode* prev_ = nullptr;
  ListNode* next_ = nullptr;
};

// A list of T, which derives from ListNode. Owns nothing; destroying it leaves its nodes unlinked.
template <typename T>
class List {
 public:
  List() { head_.prev_ = head_.next_ = &head_; }
  ~List() {
    while (!empty()) PopFront();
    head_.prev_ = head_.next_ = nullptr;
  }
  List(const List&) = delete;
  List& operator=(const List&) = delete;

  bool empty() const { return head_.next_ == &head_; }

  void PushBack(T& item) {
    ListNode& node = item;
    assert(!node.linked());
    node.prev_ = head_.prev_;
    node.next_ = &head_;
    head_.prev_->next_ = &node;
    head_.prev_ = &node;
  }

  T* front() { return empty() ? nullptr : static_cast<T*>(head_.next_); }

  T* PopFront() {
    T* item = front();
    if (item) static_cast<ListNode*>(item)->Unlink();
    return item;
  }

  // Moves everything in `other` to the end of this list, in order.
  void Splice(List& other) {
    if (other.empty()) return;
    other.head_.next_->prev_ = head_.prev_;
    head_.prev_->next_ = other.head_.next_;
    other.head_.prev_->next_ = &head_;
    head_.prev_ = other.head_.prev_;
    other.head_.prev_ = other.head_.next_ = &other.head_;
  }

 private:
  ListNode head_;
};

}  // namespace cairn::net
