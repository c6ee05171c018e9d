// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {IOperatorRegistry} from "contracts/src/interfaces/IOperatorRegistry.sol";
import {KickReason, OperatorMode} from "contracts/src/types/Types.sol";

/// @title Operator identities; see {IOperatorRegistry}
contract OperatorRegistry is IOperatorRegistry, ERC721 {
    struct Operator {
        // slot 0
        OperatorMode mode;
        address payout;
        // slot 1
        string metadataURI;
    }

    uint256 public constant MAX_NAME_LENGTH = 64;

    uint256 private _operatorCount;
    mapping(uint256 operatorId => Operator) private _operators;
    mapping(uint256 operatorId => mapping(address account => bool)) private _isMember;

    constructor() ERC721("Berkeley Compute Operator", "BCO") {}

    modifier onlyOperator(uint256 operatorId) {
        requireOperator(operatorId, msg.sender);
        _;
    }

    /// @inheritdoc IOperatorRegistry
    function register(OperatorMode mode, string calldata name, string calldata metadataURI)
        external
        returns (uint256 operatorId)
    {
        _requireName(name);
        operatorId = ++_operatorCount;
        _operators[operatorId] = Operator({mode: mode, payout: address(0), metadataURI: metadataURI});
        emit OperatorRegistered(operatorId, msg.sender, mode, name, metadataURI);
        _mint(msg.sender, operatorId);
    }

    /// @inheritdoc IOperatorRegistry
    function setMetadata(uint256 operatorId, string calldata name, string calldata metadataURI)
        external
        onlyOperator(operatorId)
    {
        _requireName(name);
        _operators[operatorId].metadataURI = metadataURI;
        emit OperatorMetadataSet(operatorId, name, metadataURI);
    }

    /// @inheritdoc IOperatorRegistry
    function setPayout(uint256 operatorId, address payout) external onlyOperator(operatorId) {
        _setPayout(operatorId, payout);
    }

    /// @inheritdoc IOperatorRegistry
    function addMember(uint256 operatorId, address member) external onlyOperator(operatorId) {
        OperatorMode mode = _operators[operatorId].mode;
        if (mode != OperatorMode.DISTRIBUTED) revert OperatorRegistry_NotDistributed(operatorId, mode);
        if (member == address(0)) revert OperatorRegistry_ZeroAddress();
        if (_isMember[operatorId][member]) revert OperatorRegistry_AlreadyMember(operatorId, member);
        _isMember[operatorId][member] = true;
        emit MemberAdded(operatorId, member);
    }

    /// @inheritdoc IOperatorRegistry
    function kickMember(uint256 operatorId, address member, KickReason reason) external onlyOperator(operatorId) {
        if (!_isMember[operatorId][member]) revert OperatorRegistry_NotMember(operatorId, member);
        _isMember[operatorId][member] = false;
        emit MemberKicked(operatorId, member, reason);
    }

    /// @inheritdoc IOperatorRegistry
    function modeOf(uint256 operatorId) external view returns (OperatorMode) {
        _requireOwned(operatorId);
        return _operators[operatorId].mode;
    }

    /// @inheritdoc IOperatorRegistry
    function payoutOf(uint256 operatorId) external view returns (address) {
        address owner = _requireOwned(operatorId);
        address payout = _operators[operatorId].payout;
        return payout == address(0) ? owner : payout;
    }

    /// @inheritdoc IOperatorRegistry
    function canContribute(uint256 operatorId, address account) external view returns (bool) {
        return _requireOwned(operatorId) == account || _isMember[operatorId][account];
    }

    /// @inheritdoc IOperatorRegistry
    function isMember(uint256 operatorId, address account) external view returns (bool) {
        return _isMember[operatorId][account];
    }

    /// @inheritdoc IOperatorRegistry
    function requireOperator(uint256 operatorId, address account) public view {
        if (_requireOwned(operatorId) != account) revert OperatorRegistry_NotOperator(operatorId, account);
    }

    /// @notice Where more is told about the operator.
    function tokenURI(uint256 operatorId) public view override returns (string memory) {
        _requireOwned(operatorId);
        return _operators[operatorId].metadataURI;
    }

    /// @dev A sale moves the business: the seller's payout address must not outlive it.
    function _update(address to, uint256 operatorId, address auth) internal override returns (address from) {
        from = super._update(to, operatorId, auth);
        if (from != to && _operators[operatorId].payout != address(0)) _setPayout(operatorId, address(0));
    }

    function _setPayout(uint256 operatorId, address payout) private {
        _operators[operatorId].payout = payout;
        emit PayoutSet(operatorId, payout);
    }

    function _requireName(string calldata name) private pure {
        uint256 length = bytes(name).length;
        if (length == 0 || length > MAX_NAME_LENGTH) revert OperatorRegistry_BadName(length);
    }
}
