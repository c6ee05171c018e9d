// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC2981} from "@openzeppelin/contracts/interfaces/IERC2981.sol";
import {IERC4906} from "@openzeppelin/contracts/interfaces/IERC4906.sol";
import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {IERC4907} from "contracts/src/interfaces/IERC4907.sol";
import {IOperatorRegistry} from "contracts/src/interfaces/IOperatorRegistry.sol";
import {IPoolRegistry} from "contracts/src/interfaces/IPoolRegistry.sol";
import {ITimeSlots} from "contracts/src/interfaces/ITimeSlots.sol";
import {SlotMetadata} from "contracts/src/libraries/SlotMetadata.sol";
import {SlotWords} from "contracts/src/libraries/SlotWords.sol";
import {Slot} from "contracts/src/types/Types.sol";

/// @title Slots as tokens: what is stored, who may use it, what a sale owes; see {ITimeSlots}
abstract contract SlotToken is ITimeSlots, ERC721, IERC2981, IERC4906 {
    using SlotWords for Slot;
    using SlotWords for uint256;

    struct User {
        address account;
        uint64 expires;
    }

    /// ERC-4906 has events only, so its id can't be computed
    bytes4 private constant ERC4906_ID = 0x49064906;

    IOperatorRegistry public immutable OPERATORS;
    IPoolRegistry public immutable POOLS;
    /// the operator's part of a sale, by ERC-2981
    uint256 public immutable ROYALTY_BPS;

    /// @dev See {SlotWords}.
    mapping(uint256 slotId => uint256 word) private _slots;
    mapping(uint256 slotId => User) private _users;

    constructor(IOperatorRegistry operators, IPoolRegistry pools, uint16 royaltyBps)
        ERC721("Berkeley Compute Time Slot", "BCTS")
    {
        OPERATORS = operators;
        POOLS = pools;
        ROYALTY_BPS = royaltyBps;
    }

    /// @inheritdoc IERC4907
    function setUser(uint256 slotId, address user, uint64 expires) external {
        _requireAuthorized(slotId);
        _users[slotId] = User(user, expires);
        emit UpdateUser(slotId, user, expires);
    }

    /// @notice ERC-2981: a part of each sale goes to where the operator is paid.
    function royaltyInfo(uint256 slotId, uint256 salePrice) external view returns (address receiver, uint256 amount) {
        uint256 operatorId = POOLS.operatorOf(slotOf(slotId).poolId);
        return (OPERATORS.payoutOf(operatorId), salePrice * ROYALTY_BPS / 10_000);
    }

    /// @inheritdoc ITimeSlots
    function transferCount(uint256 slotId) external view returns (uint256) {
        Slot memory slot = _slots[slotId].unpack();
        return slot.endHour == 0 ? type(uint256).max : slot.transferCount;
    }

    /// @inheritdoc ITimeSlots
    function escrowOf(uint256 slotId) external view returns (uint256 amountDc) {
        Slot memory slot = slotOf(slotId);
        return uint256(slot.hourlyDc) * (slot.endHour - slot.settledHour);
    }

    /// @inheritdoc IERC4907
    function userOf(uint256 slotId) public view returns (address) {
        User memory user = _users[slotId];
        return block.timestamp < user.expires ? user.account : address(0);
    }

    /// @inheritdoc IERC4907
    function userExpires(uint256 slotId) public view returns (uint256) {
        return _users[slotId].expires;
    }

    /// @inheritdoc ITimeSlots
    function slotOf(uint256 slotId) public view returns (Slot memory slot) {
        slot = _slots[slotId].unpack();
        if (slot.endHour == 0) revert TimeSlots_NoSlot(slotId);
    }

    /// @notice The slot's description as a JSON data URI.
    function tokenURI(uint256 slotId) public view override returns (string memory) {
        return SlotMetadata.toDataUri(slotId, slotOf(slotId));
    }

    /// @notice ERC-165, with ERC-2981, ERC-4906 and ERC-4907.
    function supportsInterface(bytes4 interfaceId) public view override(ERC721, IERC165) returns (bool) {
        return interfaceId == ERC4906_ID || interfaceId == type(IERC2981).interfaceId
            || interfaceId == type(IERC4907).interfaceId || super.supportsInterface(interfaceId);
    }

    /// @dev A new holder starts without the former one's user.
    function _update(address to, uint256 slotId, address auth) internal virtual override returns (address from) {
        from = super._update(to, slotId, auth);
        if (from == address(0) || from == to) return from;
        Slot memory slot = slotOf(slotId);
        ++slot.transferCount;
        _store(slotId, slot);
        if (_users[slotId].account == address(0)) return from;
        delete _users[slotId];
        emit UpdateUser(slotId, address(0), 0);
    }

    function _store(uint256 slotId, Slot memory slot) internal {
        _slots[slotId] = slot.pack();
    }

    function _remove(uint256 slotId) internal {
        _burn(slotId);
        delete _slots[slotId];
    }

    /// @dev The holder, or whoever it approved.
    function _requireAuthorized(uint256 slotId) internal view returns (address holder) {
        holder = _requireOwned(slotId);
        _checkAuthorized(holder, msg.sender, slotId);
    }
}
